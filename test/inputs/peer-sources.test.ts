import { expect } from 'chai';
import { PeerSources, showPeer } from '../../src/inputs/peer-sources.js';

describe('PeerSources', () => {
  it('gives one source a peer', () => {
    const sources = new PeerSources({ input: 'udp *:514', timeZone: 'UTC', year: 2015 });
    const first = sources.of('192.0.2.1');
    expect(first).to.include({ input: 'udp *:514', peer: '192.0.2.1', timeZone: 'UTC', year: 2015 });
    expect(sources.of('192.0.2.2')).not.to.equal(first);
    expect(sources.of('192.0.2.1')).to.equal(first);
    expect(sources.of(undefined).peer).to.equal(undefined);
    expect(sources.of('')).to.have.property('peer', undefined);
  });

  it('stays bounded however many peers there are', () => {
    const sources = new PeerSources({ input: 'udp' }, 10);
    for (let peer = 0; peer < 1000; peer += 1) {
      expect(sources.of(`peer ${peer}`).peer).to.equal(`peer ${peer}`);
      expect(sources.size).to.be.at.most(10);
    }
  });

  it('shows IPv4-mapped addresses as IPv4', () => {
    expect(showPeer('::ffff:192.0.2.1')).to.equal('192.0.2.1');
    expect(showPeer('2001:db8::1')).to.equal('2001:db8::1');
  });
});

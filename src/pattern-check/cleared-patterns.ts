/**
 * Patterns of the shipped plugins that are not linear for a plain reason and that recheck cleared, as regular expressions with
 * flag `s`. They need not be checked again at every start; a system test checks each of them, and that there are no others.
 */
export const clearedPatterns: ReadonlySet<string> = new Set([
  String.raw`^error: PAM: (?:Have exhausted maximum number of retries for service|[^ ]+(?: (?!for )[^ ]+)*) for (?:(?:illegal|invalid) user )?(?<user>.*) from (?<src>[^ ]+)(?: port (?<port>[0-9]+))?(?: \[preauth\])?$`,
  String.raw`^Failed publickey for (?:(?:invalid|illegal) user )?(?<user>[^ ]*(?: (?!from [^ ]+ port [0-9]+ ssh2: )[^ ]*)*) from (?<src>[^ ]+) port (?<port>[0-9]+) ssh2: (?!.* port [0-9]+ ssh2: )`,
  String.raw`^Failed (?<method>[^ ]+) for (?:(?:invalid|illegal) user )?(?<user>[^ ]*(?: (?!from [^ ]+ port [0-9]+ ssh2: )[^ ]*)*) from (?<src>[^ ]+) port (?<port>[0-9]+) ssh2: (?!.* port [0-9]+ ssh2: )`,
  String.raw`^(?:error: |fatal: )?Received disconnect from (?<src>[^ ]+?)(?: port (?<port>[0-9]+):|: )[0-9]+: .*\[preauth\]$`,
  String.raw`^(?<user>[^ ]+(?: [^ :]+)?) : (?:(?<reason>[^;=]*); )?(?:HOST=[^ ;]* ; )?(?:TTY=[^ ;]* ; )?(?:CHROOT=[^;]*; )?PWD=.*? ; USER=(?<target>[^ ;]*) ; (?:GROUP=[^ ;]* ; )?(?:TSID=[^ ;]* ; )?(?:ENV=.*? ; )?(?:COMMAND=)?(?<command>.*)$`,
  String.raw`^(?:(?:[^ ":\[]+|\[[0-9A-Fa-f:.]+\])(?::(?<vport>[0-9]+) (?!- )| (?=[0-9A-Fa-f]*[.:][0-9A-Fa-f.:]* )))?\[?(?<src>[0-9]+\.[0-9.]+|[^ \[\]]+)\]?(?::(?<port>[0-9]+))? [^ ]+ (?<user>""|[^"\\]*(?:\\.[^"\\]*)*) \[(?<when>[0-9]{2}/[A-Za-z]{3}/[0-9]{4}:[^\] "]+ [^\] "]+)\] "(?:(?<method>[A-Z_-]+) )?(?<url>(?:[^"\\ ]|\\.)*)(?: (?:[^"\\]|\\.)*)?" (?<status>[0-9]{3}) (?:[0-9]+|-)(?: "(?<referrer>(?:[^"\\]|\\.)*)" "(?<agent>(?:[^"\\]|\\.)*)")?`,
  String.raw`^(?:\[[A-Z][a-z]{2} [A-Z][a-z]{2} [0-9 ]{2} [0-9:.]+ [0-9]{4}\] )?\[(?<level>[a-z0-9_:]+)\] (?:\[pid [^\]]*\] )?(?:\[[^\]c][^\]]*\] )?(?:\([0-9]+\)[^\[:]*: )?\[client (?<src>[0-9.]+|[0-9A-Fa-f:.]*?[0-9A-Fa-f]|[^\] :]+)(?::(?<port>[0-9]+))?\] (?:\[client [^\]]*\] )?(?<text>.*)$`,
  String.raw`^(?:[0-9]{4}/[0-9]{2}/[0-9]{2} [0-9:]{8} )?\[(?<level>[a-z]+)\] [0-9]+#[0-9]+: (?:\*[0-9]+ )?(?<text>(?:[^,]|,(?! client: ))*), client: (?<src>[^ ,]+), server: [^,"]*(?=[,"]|$)(?:, request: "(?:(?<method>[A-Z_]+) )?(?<url>[^" ]*)(?=[" ]|$))?(?:[^,]|,(?! client: ))*$`,
]);

import type { AssetMap } from './asset-map.js';
import type { Backlog } from './backlog.js';

export type RiskClass = 'Low' | 'Medium' | 'High';

/** Risk of a backlog whose stage with this reliability has finished: 0–10 (dsiem.md §5). */
export const riskOf = (
  backlog: Backlog,
  assets: AssetMap,
  factors: { readonly priority: number; readonly reliability: number },
): number => {
  let value = 0;
  for (const address of backlog.srcIps) value = Math.max(value, assets.factsOf(address).value);
  for (const address of backlog.dstIps) value = Math.max(value, assets.factsOf(address).value);
  return Math.min(10, Math.floor((factors.priority * factors.reliability * value) / 25));
};

/** Below `medRiskMin` Low, up to `medRiskMax` Medium, above High (dsiem.md §5). */
export const riskClass = (
  risk: number,
  bounds: { readonly medRiskMin: number; readonly medRiskMax: number },
): RiskClass => (risk < bounds.medRiskMin ? 'Low' : risk <= bounds.medRiskMax ? 'Medium' : 'High');

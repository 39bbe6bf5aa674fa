/** The models and hosts as data: ids, limits, prices with their dates. */

/** US dollars per million tokens. */
export interface Rates {
  hit: number;
  miss: number;
  output: number;
}

export interface PricePeriod {
  /** First moment at which these hold, ISO 8601 UTC. */
  from: string;
  offPeak: Rates;
  peak: Rates;
}

export interface CatalogueModel {
  /** Our name: `v4-pro`, `v4-flash`. */
  id: string;
  label: string;
  /** What the wire calls it at DeepSeek. */
  wireId: string;
  /** Other names under which users and settings know it. */
  aliases: readonly string[];
  /** Input and output together. */
  windowTokens: number;
  maxOutputTokens: number;
  prices: readonly PricePeriod[];
}

export interface CatalogueHost {
  name: string;
  label: string;
  /** Base URL per wire, without a trailing slash. */
  baseUrls: { openai: string; anthropic: string };
}

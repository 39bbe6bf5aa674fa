import type { VNode } from 'preact';
import { formatCount } from '../format.js';
import type { SitesItem } from '../items.js';
import { Icon } from './icon.js';
import { PathLink } from './pathLink.js';

const shownSites = 200;

export function SitesList({ item }: { item: SitesItem }): VNode {
  const missing = item.sites.filter((site) => !site.onDisk).length;
  return (
    <section class="card" aria-label="Sites to change">
      <div class="card-head">
        <Icon name="list-flat" />
        <span>{formatCount(item.sites.length, 'site')} to change</span>
      </div>
      <p class="card-text">{item.rule}</p>
      <ul class="plain-list">
        {item.sites.slice(0, shownSites).map((site) => (
          <li key={site.id} class={site.onDisk ? 'site' : 'site missing'}>
            <Icon name={site.onDisk ? 'check' : 'close'} />
            <span class="site-text">
              <PathLink path={site.path} {...(site.place ? { line: site.place.startLine } : {})} />
              <span class="site-reason">{site.onDisk ? site.reason : `Not on disk, left out. ${site.reason}`}</span>
            </span>
          </li>
        ))}
      </ul>
      {item.sites.length > shownSites ? (
        <div class="cut-note">and {formatCount(item.sites.length - shownSites, 'more site')}</div>
      ) : null}
      {missing > 0 ? (
        <div class="cut-note">{formatCount(missing, 'site')} named by the model was not found on disk.</div>
      ) : null}
    </section>
  );
}

import type { VNode } from 'preact';
import { usePage } from '../pageContext.js';
import { Icon } from './icon.js';
import { Whale } from './whale.js';

const examples = {
  model: [
    { icon: 'book', text: 'Explain how this repository is put together, and where to begin reading.' },
    { icon: 'edit', text: 'Rename OldName to NewName everywhere and run the tests.' },
    { icon: 'beaker', text: 'Run the tests, and mend what fails.' },
  ],
  // What the stand-in understands.
  rehearsal: [
    { icon: 'book', text: 'Explain README.md' },
    { icon: 'edit', text: 'Rename OldName to NewName everywhere and run the tests' },
    { icon: 'search', text: 'Find README' },
  ],
};

export function EmptyState({ show }: { show: keyof typeof examples | 'none' }): VNode {
  const { prefill } = usePage();
  return (
    <div class="empty">
      <Whale />
      <h1>Baleen</h1>
      <p>The whole repository in one prompt.</p>
      {show !== 'none' ? (
        <ul class="plain-list examples" aria-label="Examples">
          {examples[show].map((example) => (
            <li key={example.text}>
              <button type="button" class="example" onClick={() => prefill(example.text)}>
                <Icon name={example.icon} />
                <span>{example.text}</span>
              </button>
            </li>
          ))}
        </ul>
      ) : null}
    </div>
  );
}

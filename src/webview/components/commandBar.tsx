import type { VNode } from 'preact';
import type { BackgroundCommand } from '../../protocol/sidebar.js';
import { usePage } from '../pageContext.js';
import { Icon } from './icon.js';
import { InputAnswer } from './inputAnswer.js';
import { MarkedText } from './markedText.js';

/** The commands that the agent has left running, each with its ports and a way to end it. */
export function CommandBar({ commands }: { commands: readonly BackgroundCommand[] }): VNode | null {
  if (commands.length === 0) return null;
  return (
    <ul class="command-bar" aria-label="Running in the background">
      {commands.map((command) => (
        <CommandRow key={command.id} command={command} />
      ))}
    </ul>
  );
}

function CommandRow({ command: { id, command, ports, waits } }: { command: BackgroundCommand }): VNode {
  const { post } = usePage();
  return (
    <li class="command-row">
      <button
        type="button"
        class="command-name"
        title={`${command}\nRuns in the background. Click to show its terminal.`}
        aria-label={`Show the terminal of ${command}`}
        onClick={() => post({ type: 'show_command', id })}
      >
        <Icon name="terminal" />
        <code>
          <MarkedText text={command} />
        </code>
      </button>
      <span class="command-tools">
        {ports.map((port) => (
          <button
            key={port}
            type="button"
            class="text-button command-port"
            title={`Open http://localhost:${port} in a browser`}
            onClick={() => post({ type: 'open_url', url: `http://localhost:${port}` })}
          >
            port {port}
          </button>
        ))}
        <button
          type="button"
          class="icon-button"
          title="Stop this command"
          aria-label={`Stop ${command}`}
          onClick={() => post({ type: 'stop_command', id })}
        >
          <Icon name="debug-stop" />
        </button>
      </span>
      <InputAnswer wait={waits} inRow />
    </li>
  );
}

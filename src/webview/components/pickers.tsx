import type { VNode } from 'preact';
import { useId } from 'preact/hooks';
import type { ApprovalMode, ThinkingLevel } from '../../protocol/events.js';
import type { SidebarState } from '../../protocol/sidebar.js';
import { usePage } from '../pageContext.js';
import { Icon } from './icon.js';

const approvalModes: Record<ApprovalMode, { label: string; detail: string }> = {
  plan: { label: 'Plan', detail: 'Plan: nothing changes' },
  ask: { label: 'Ask', detail: 'Ask: every edit and every command asks' },
  'auto-edit': { label: 'Auto-edit', detail: 'Auto-edit: edits run, commands ask' },
  auto: { label: 'Auto', detail: 'Auto: edits run, and commands in a sandbox without network' },
};

const thinkingLevels: Record<ThinkingLevel, { label: string; detail: string }> = {
  off: { label: 'No thinking', detail: 'Answers at once' },
  low: { label: 'Think: low', detail: 'Reasons briefly before it answers' },
  high: { label: 'Think: high', detail: 'Reasons before it answers' },
  max: { label: 'Think: max', detail: 'Reasons as long as it likes; has a cache of its own' },
};

export function Pickers({ state }: { state: SidebarState }): VNode {
  const { post } = usePage();
  const models = state.models.map((model) => ({ value: model.id, label: model.label, detail: model.detail }));
  return (
    <div class="pickers">
      <Picker
        label="Approval mode"
        value={state.approve}
        choices={listModes(state.noAuto)}
        choose={(approve) => post({ type: 'set_approve', approve })}
        isOff={state.running}
      />
      <Picker
        label="Model"
        value={state.model}
        choices={models}
        choose={(model) => post({ type: 'set_model', model })}
        isOff={state.running}
      />
      <Picker
        label="Thinking"
        value={state.thinking}
        choices={listChoices(thinkingLevels)}
        choose={(thinking) => post({ type: 'set_thinking', thinking })}
        isOff={state.running}
      />
    </div>
  );
}

interface Choice<T extends string> {
  value: T;
  label: string;
  detail: string;
  /** It cannot be chosen; in a sentence or two. */
  whyNot?: string;
}

/** `auto` stays in sight where it is not available, and says why. */
function listModes(noAuto: string | undefined): Choice<ApprovalMode>[] {
  const modes = listChoices(approvalModes);
  if (noAuto === undefined) return modes;
  return modes.map((mode) => (mode.value === 'auto' ? { ...mode, whyNot: noAuto } : mode));
}

function listChoices<T extends string>(record: Record<T, { label: string; detail: string }>): Choice<T>[] {
  return (Object.keys(record) as T[]).map((value) => ({ value, ...record[value] }));
}

interface PickerProps<T extends string> {
  label: string;
  value: T;
  choices: readonly Choice<T>[];
  choose: (value: T) => void;
  isOff?: boolean;
}

function Picker<T extends string>(props: PickerProps<T>): VNode {
  const id = useId();
  const chosen = props.choices.find((choice) => choice.value === props.value);
  const unavailable = props.choices
    .filter(({ whyNot }) => whyNot !== undefined)
    .map(({ label, whyNot }) => `${label} is not available. ${whyNot}`)
    .join(' ');
  const title = `${props.label}: ${chosen?.detail ?? props.value}${props.isOff === true ? '. It can be changed when this turn has ended.' : ''}`;
  return (
    <span class="picker">
      <select
        aria-label={props.label}
        aria-describedby={unavailable === '' ? undefined : id}
        title={unavailable === '' ? title : `${title}\n${unavailable}`}
        disabled={props.isOff === true}
        value={props.value}
        onChange={(event) => {
          const choice = props.choices.find((one) => one.value === event.currentTarget.value);
          if (choice) props.choose(choice.value);
          // The host says what holds; until then the old choice stays in sight.
          event.currentTarget.value = props.value;
        }}
      >
        {chosen ? null : <option value={props.value}>{props.value}</option>}
        {props.choices.map((choice) => (
          <option
            key={choice.value}
            value={choice.value}
            title={choice.whyNot ?? choice.detail}
            disabled={choice.whyNot !== undefined}
          >
            {choice.whyNot === undefined ? choice.label : `${choice.label} (not available)`}
          </option>
        ))}
      </select>
      {unavailable === '' ? null : (
        <span id={id} class="sr-only">
          {unavailable}
        </span>
      )}
      <Icon name="chevron-down" />
    </span>
  );
}

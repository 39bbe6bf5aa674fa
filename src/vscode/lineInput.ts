/** Typing into a process that has a pipe and no terminal: whole lines with local echo, as a terminal driver would. */
export interface LineInput {
  /** What VS Code says was typed or pasted. */
  type(data: string): void;
}

interface LineInputParts {
  send: (text: string) => void;
  echo: (text: string) => void;
  /** No character that is typed now is echoed. */
  isUnseen: () => boolean;
}

export function createLineInput(parts: LineInputParts): LineInput {
  let line: { character: string; isSeen: boolean }[] = [];
  const takeLine = (): string => {
    const text = line.map(({ character }) => character).join('');
    line = [];
    return text;
  };
  const press = (character: string): void => {
    switch (character) {
      case '\r':
      case '\n':
        parts.echo('\n');
        parts.send(`${takeLine()}\n`);
        return;
      case '\u0003':
        parts.echo('^C\n');
        takeLine();
        parts.send('\u0003');
        return;
      case '\u0004':
        if (line.length > 0) parts.send(takeLine());
        parts.send('\u0004');
        return;
      case '\u007f':
      case '\b':
        if (line.pop()?.isSeen === true) parts.echo('\b \b');
        return;
      default:
        if (character < ' ') return;
        line.push({ character, isSeen: !parts.isUnseen() });
        if (line.at(-1)!.isSeen) parts.echo(character);
    }
  };
  return {
    type(data) {
      // Arrow and function keys come as one sequence; a line without a terminal has no use for them.
      if (data.startsWith('\u001b')) return;
      for (const character of data.replaceAll('\r\n', '\r')) press(character);
    },
  };
}

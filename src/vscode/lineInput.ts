/** Typing into a process that has a pipe and no terminal: whole lines with local echo, as a terminal driver would. */
export interface LineInput {
  /** What VS Code says was typed or pasted. */
  type(data: string): void;
}

export function createLineInput(parts: { send: (text: string) => void; echo: (text: string) => void }): LineInput {
  let line = '';
  const press = (character: string): void => {
    switch (character) {
      case '\r':
      case '\n':
        parts.echo('\n');
        parts.send(`${line}\n`);
        line = '';
        return;
      case '\u0003':
        parts.echo('^C\n');
        line = '';
        parts.send('\u0003');
        return;
      case '\u0004':
        if (line !== '') parts.send(line);
        line = '';
        parts.send('\u0004');
        return;
      case '\u007f':
      case '\b': {
        const characters = [...line];
        if (characters.pop() === undefined) return;
        line = characters.join('');
        parts.echo('\b \b');
        return;
      }
      default:
        if (character < ' ') return;
        line += character;
        parts.echo(character);
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

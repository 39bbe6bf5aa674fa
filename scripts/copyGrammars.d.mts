/** Copies the grammars that outlines are made with, and the runtime for them, into a folder, which is made. */
export function copyGrammars(folder: string): Promise<void>;

/** Grammars without their prefix. */
export const grammarNames: readonly string[];

/** A lone UTF-16 surrogate has no UTF-8 form and makes the server refuse the body; it becomes U+FFFD. */
export function replaceLoneSurrogates(text: string): string {
  return text.replace(/\p{Surrogate}/gu, '\ufffd');
}

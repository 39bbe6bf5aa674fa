/** The real `fetch`, for which one address elsewhere is the simulator's; any other stays what it is. */
export function rerouteFetch(elsewhere: string, origin: string): typeof fetch {
  const real = globalThis.fetch;
  return (input, init) => {
    const url = input instanceof Request ? input.url : String(input);
    return real(url.startsWith(`${elsewhere}/`) ? `${origin}${url.slice(elsewhere.length)}` : url, init);
  };
}

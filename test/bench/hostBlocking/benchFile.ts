/** What the actions edit: plain text, since editors' language services would block the extension host for their own ends. */
export const benchFile = 'baleen-bench.txt';

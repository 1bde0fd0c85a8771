/** What a key asks for on the review page; where the focus is decides what moving means. */
export type Command = 'down' | 'up' | 'first' | 'last' | 'open' | 'lines' | 'back' | 'approve' | 'return' | 'reject' | 'claim' | 'help'

const commands: Record<string, Command> = {
  j: 'down',
  ArrowDown: 'down',
  k: 'up',
  ArrowUp: 'up',
  Home: 'first',
  End: 'last',
  Enter: 'open',
  l: 'lines',
  ArrowRight: 'lines',
  Escape: 'back',
  a: 'approve',
  r: 'return',
  x: 'reject',
  c: 'claim',
  '?': 'help',
  '\uff1f': 'help'
}

/** The command of a keystroke; null where it belongs to a field, a dialog or the browser. */
export function commandOf(event: Pick<KeyboardEvent, 'key' | 'ctrlKey' | 'metaKey' | 'altKey' | 'isComposing' | 'defaultPrevented' | 'target'>): Command | null {
  if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing || event.defaultPrevented) return null
  const target = event.target as HTMLElement | null
  if (target?.closest?.('input, textarea, select, [contenteditable], dialog')) return null
  const command = commands[event.key.length === 1 ? event.key.toLowerCase() : event.key] ?? null
  // What has the focus is pressed by Enter, and tabs are walked by arrows.
  if (command === 'open' && target?.closest?.('button, a')) return null
  if (event.key.startsWith('Arrow') && target?.closest?.('[role="tablist"], .steps')) return null
  return command
}

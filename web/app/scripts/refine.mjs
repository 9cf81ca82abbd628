// The server's OpenAPI file, with what this page knows besides:
// - where the file says `string` and means one of a few words, the words stand, so a word without a case is a type error;
// - what the server answers with has every property, null or not.
// All else is the server's: a renamed or missing property ends as an error of the type checker.

const MODES = ['paper', 'replay', 'live']
const BOOKS = ['manual', 'run', 'outside']

/** Property by property; `''` is the schema itself. */
const WORDS = {
  AccountView: { state: ['connected', 'disconnected', 'failed', 'closed'] },
  ConfigView: { mode: MODES },
  DecisionView: { signal: ['enterLong', 'enterShort', 'exitLong', 'exitShort', 'exit', 'hold'] },
  FeedView: { kind: ['simulated', 'replay', 'live'] },
  LockView: { scope: ['run', 'account', 'user', 'everyone'] },
  OrderView: {
    book: BOOKS,
    origin: ['manual', 'strategy', 'schedule', 'batch', 'risk', 'webhook'],
    state: [
      'pending',
      'submitted',
      'open',
      'triggered',
      'partiallyFilled',
      'pendingModify',
      'pendingCancel',
      'unknown',
      'filled',
      'rejected',
      'cancelled',
      'expired',
      'neverArrived',
    ],
  },
  PositionView: { book: BOOKS },
  RunView: { mode: MODES, state: ['starting', 'running', 'paused', 'stopping', 'stopped', 'failed'] },
  StatusView: { mode: MODES },
  StrategyView: { kind: ['builtIn', 'rules'] },
  TradeView: { direction: ['Long', 'Short'], status: ['Win', 'Loss', 'Breakeven'] },
  UserView: { role: ['admin', 'trader', 'viewer'] },
}

function requireAll(schema) {
  if (schema.properties) schema.required = Object.keys(schema.properties)
  for (const part of schema.allOf ?? []) requireAll(part)
}

export function refined(document) {
  const { schemas } = document.components
  for (const [name, properties] of Object.entries(WORDS)) {
    for (const [property, words] of Object.entries(properties)) {
      const parts = [schemas[name], ...(schemas[name]?.allOf ?? [])]
      const schema =
        property === '' ? schemas[name] : parts.find((part) => part?.properties?.[property])?.properties[property]
      if (schema?.type !== 'string')
        throw new Error(`the server has no text ${name}.${property}: mend scripts/refine.mjs`)
      schema.enum = words
    }
  }
  for (const [name, schema] of Object.entries(schemas)) {
    const [, one] = /^List_(\w+)/.exec(name) ?? []
    // A list repeats what its items are: they are to be as refined as the thing alone.
    if (one) schema.properties.items.items = { $ref: `#/components/schemas/${one}` }
    if (one || name.endsWith('View')) requireAll(schema)
  }
  return document
}

// The server's OpenAPI file, with what this page knows besides. Two things only:
// - routes that the server does not describe yet come from openapi.draft.json;
// - where the server's file says `string` and the draft knows the words, the words stand; and a property that the server
//   always writes, null or not, counts as always there in answers.
// What the server's file has otherwise is kept: a renamed or missing property ends as an error of the type checker.

/** A schema without references. Ours have no cycles; a depth no schema has ends one that gets in. */
function whole(schema, root, depth = 0) {
  if (depth > 24) throw new Error('a schema refers to itself')
  if (Array.isArray(schema)) return schema.map((one) => whole(one, root, depth + 1))
  if (typeof schema !== 'object' || schema === null) return schema
  if (schema.$ref) {
    const [kind, name] = schema.$ref.split('/').slice(-2)
    return whole(root.components[kind][name], root, depth + 1)
  }
  return Object.fromEntries(Object.entries(schema).map(([key, value]) => [key, whole(value, root, depth + 1)]))
}

/** The schema of what is not null. */
function present(schema) {
  const choices = schema.anyOf ?? schema.oneOf
  if (choices?.length !== 2) return schema
  return choices.find((one) => one.type !== 'null') ?? schema
}

function isPlainText(schema) {
  return [schema.type].flat().includes('string') && !schema.enum && !schema.format
}

function refine(server, draft, answer) {
  if (!draft) return server
  const [from, words] = [present(server), present(draft)]
  if (words.enum && isPlainText(from)) {
    const nullable = [from.type].flat().includes('null') || from !== server
    return {
      ...from,
      type: nullable ? ['string', 'null'] : 'string',
      enum: words.enum.filter((one) => one !== null).concat(nullable ? [null] : []),
    }
  }
  if (from.items && words.items) from.items = refine(from.items, words.items, answer)
  if (from.properties && words.properties) {
    for (const [name, property] of Object.entries(words.properties)) {
      if (!from.properties[name]) continue
      from.properties[name] = refine(from.properties[name], property, answer)
      if (answer && words.required?.includes(name) && !from.required?.includes(name))
        from.required = [...(from.required ?? []), name]
    }
  }
  return server
}

function contents(operation) {
  const all = { body: operation.requestBody?.content?.['application/json'] }
  for (const [status, response] of Object.entries(operation.responses ?? {})) {
    if (status.startsWith('2')) all[status] = response.content?.['application/json']
  }
  return all
}

export function merged(server, draft) {
  const [paths, known] = [whole(server.paths, server), whole(draft.paths, draft)]
  for (const [path, operations] of Object.entries(known)) {
    paths[path] ??= {}
    for (const [method, operation] of Object.entries(operations)) {
      if (!paths[path][method]) {
        paths[path][method] = operation
        continue
      }
      const [ours, theirs] = [contents(operation), contents(paths[path][method])]
      for (const [where, content] of Object.entries(theirs)) {
        if (content && ours[where]) content.schema = refine(content.schema, ours[where].schema, where !== 'body')
      }
    }
  }
  // Tags and ids may stand twice; the page uses paths alone.
  for (const operation of Object.values(paths).flatMap((one) => Object.values(one))) delete operation.operationId
  return { ...server, paths, components: { securitySchemes: server.components.securitySchemes } }
}

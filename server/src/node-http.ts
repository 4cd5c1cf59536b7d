/**
 * Node's `http`. An `import` of it reads all its names, also those that load undici for `WebSocket` and the
 * like: a twentieth of a start, for what the gate never uses.
 */
export const { IncomingMessage, request, ServerResponse, STATUS_CODES } =
  process.getBuiltinModule('node:http')

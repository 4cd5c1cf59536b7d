/** Whether the gate is heard right now. */
export type Connection = 'online' | 'reconnecting'

/** How the gate is spoken to; `auto` falls back on polls where no WebSocket gets through. */
export type Transport = 'auto' | 'socket' | 'poll'

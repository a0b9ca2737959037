/**
 * React hooks for who is here. Each is one `useSyncExternalStore` over the client's snapshots, which are the same
 * object for as long as nothing in them changed; so a component renders anew for what can be seen and for nothing else.
 * On a server, and while a page is taken over from one, everything is as yet unknown (`known: false`, null, empty).
 */

export { useConnection, usePresence, usePresences, useViewer } from './hooks.ts';
export { PresenceProvider, type PresenceProviderProps, usePresenceClient } from './provider.ts';
export { type RoomView, useRoom } from './room.ts';

/**
 * Where `vite build web` puts the pages. Said here, because what is built is one folder two levels below the
 * package, as this one is (scripts/bundle-server.ts).
 */
export const publicDir = new URL('../../public/', import.meta.url)

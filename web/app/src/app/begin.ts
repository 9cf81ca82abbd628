import { session } from '@/api/session'

/** Whoever has the cookie is in. A server that is not there yet is asked again. */
export async function begin(wait = 1_000): Promise<void> {
  while (session.get().state === 'asking') {
    try {
      await session.refresh()
    } catch {
      await new Promise((after) => setTimeout(after, wait))
    }
  }
}

import { asProblem } from '@/api/problem'
import { session } from '@/api/session'

/** Whoever has the cookie is in. A server that is not there yet is asked again. */
export async function begin(wait = 1_000): Promise<void> {
  while (session.get().state === 'asking') {
    try {
      await session.refresh()
    } catch (error) {
      session.wait(asProblem(error).message)
      await new Promise((after) => setTimeout(after, wait))
    }
  }
}

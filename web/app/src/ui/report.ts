/** What happened, said once where everyone looks. */
import { toast } from 'sonner'
import { asProblem } from '@/api/problem'

export function done(what: string, detail?: string): void {
  toast.success(what, detail ? { description: detail } : {})
}

/** A deed that did not happen, or of which nothing is known. Stays until it is closed: it concerns money. */
export function failed(what: string, error: unknown): void {
  const problem = asProblem(error)
  toast.error(what, { description: problem.message, duration: Infinity, closeButton: true })
}

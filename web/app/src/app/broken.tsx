import { useRouteError } from 'react-router'
import { Button } from '@/ui/button'

/** A fault of the page itself. What trades goes on trading: the server does that, not this page. */
export function Broken() {
  const error = useRouteError()
  return (
    <main role="alert" className="mx-auto flex max-w-lg flex-col items-start gap-3 p-8">
      <h1 className="text-base font-semibold">This page has a fault</h1>
      <p>
        Runs, stops and risk rules are not touched by it: they work on the server. Reload to see them again; after an
        update of the server this is all it takes.
      </p>
      <p className="text-xs text-soft">{error instanceof Error ? error.message : String(error)}</p>
      <Button kind="main" onClick={() => location.reload()}>
        Reload
      </Button>
    </main>
  )
}

import { useQuery } from '@tanstack/react-query'
import type { ReactNode } from 'react'
import { createBrowserRouter, Navigate, useLocation, type RouteObject } from 'react-router'
import { authStatusQuery } from '@/api/config'
import { useSession } from '@/api/session'
import { Desk } from '@/routes/desk/desk'
import { LogInRoute } from '@/routes/log_in'
import { NotFound } from '@/routes/not_found'
import { SetUpRoute } from '@/routes/set_up'
import { Loading, Stale } from '@/ui/faces'
import { Broken } from './broken'
import { Live } from './live'

/** Lets in who is logged in; the others are sent to the log-in and come back where they wanted to be. */
function Inside({ children }: { children: ReactNode }) {
  const now = useSession()
  const at = useLocation()
  const status = useQuery({ ...authStatusQuery, enabled: now.state === 'out' })
  if (now.state === 'asking') {
    return now.because ? <Stale>Trying again: {now.because}</Stale> : <Loading what="your session" />
  }
  if (now.state === 'in') return <Live>{children}</Live>
  if (status.data?.setupNeeded) return <Navigate to="/setup" replace />
  return <Navigate to="/login" replace state={{ from: at.pathname + at.search }} />
}

export const routes: RouteObject[] = [
  {
    errorElement: <Broken />,
    children: [
      {
        path: '/',
        element: (
          <Inside>
            <Desk />
          </Inside>
        ),
      },
      { path: '/login', element: <LogInRoute /> },
      { path: '/setup', element: <SetUpRoute /> },
      { path: '*', element: <NotFound /> },
    ],
  },
]

export function makeRouter() {
  return createBrowserRouter(routes)
}

import { useQuery } from '@tanstack/react-query'
import { Navigate, useLocation } from 'react-router'
import { authStatusQuery } from '@/api/config'
import { useSession } from '@/api/session'
import { LogIn } from '@/features/session/log_in'
import { Failed, Loading } from '@/ui/faces'
import { useTitle } from '@/ui/use_title'

export function LogInRoute() {
  const now = useSession()
  const status = useQuery(authStatusQuery)
  const from = (useLocation().state as { from?: string } | null)?.from ?? '/'
  useTitle('Log in', status.data?.mode)
  if (now.state === 'in') return <Navigate to={from} replace />
  if (status.error && !status.data)
    return <Failed what="The server" error={status.error} retry={() => void status.refetch()} />
  if (!status.data) return <Loading what="the log-in" />
  if (status.data.setupNeeded) return <Navigate to="/setup" replace />
  return <LogIn status={status.data} because={now.state === 'out' ? now.because : null} />
}

import { useQuery, useQueryClient } from '@tanstack/react-query'
import { Navigate, useNavigate } from 'react-router'
import { authStatusQuery } from '@/api/config'
import { SetUp } from '@/features/session/set_up'
import { Failed, Loading } from '@/ui/faces'
import { useTitle } from '@/ui/use_title'

export function SetUpRoute() {
  const status = useQuery(authStatusQuery)
  const cache = useQueryClient()
  const navigate = useNavigate()
  useTitle('Set up', status.data?.mode)
  if (status.error && !status.data)
    return <Failed what="The server" error={status.error} retry={() => void status.refetch()} />
  if (!status.data) return <Loading what="the set-up" />
  if (!status.data.setupNeeded) return <Navigate to="/" replace />
  const done = () => {
    void navigate('/', { replace: true })
    void cache.invalidateQueries({ queryKey: authStatusQuery.queryKey })
  }
  return <SetUp status={status.data} onDone={done} />
}

import { QueryClient, QueryClientProvider } from '@tanstack/react-query'
import { useEffect, type ReactNode } from 'react'
import { Toaster } from 'sonner'
import { asProblem } from '@/api/problem'
import { session } from '@/api/session'
import { ticks } from '@/api/ticks'
import { useTheme } from '@/ui/theme'

export function makeCache(): QueryClient {
  return new QueryClient({
    defaultOptions: {
      queries: {
        staleTime: 10_000,
        // What the server refused it refuses again; what got lost may arrive.
        retry: (failures, error) => failures < 3 && asProblem(error).passing,
      },
    },
  })
}

export function Providers({ cache, children }: { cache: QueryClient; children: ReactNode }) {
  const [theme] = useTheme()
  useEffect(
    () =>
      session.subscribe(() => {
        if (session.get().state !== 'out') return
        // The next one at this screen sees nothing of the last one's.
        cache.clear()
        ticks.clear()
      }),
    [cache],
  )
  return (
    <QueryClientProvider client={cache}>
      {children}
      <Toaster theme={theme} position="bottom-left" visibleToasts={4} />
    </QueryClientProvider>
  )
}

import type { ReactNode } from 'react'
import type { Mode } from '@/api/types'
import { ModeBadge, modeMeaning, modeTone } from '@/ui/mode_badge'

/** The frame of what is seen before someone is in. */
export function Door({ title, mode, children }: { title: string; mode: Mode; children: ReactNode }) {
  return (
    <main className="flex min-h-full flex-col">
      <div className={`h-1 ${modeTone(mode)}`} />
      <div className="flex flex-1 flex-col items-center justify-center gap-4 p-4">
        <div className="flex w-full max-w-sm items-center gap-2">
          <img src="/icon.svg" alt="" width={28} height={28} />
          <span className="text-lg font-bold">Sauda</span>
          <span className="flex-1" />
          <ModeBadge mode={mode} />
        </div>
        <section className="w-full max-w-sm rounded-lg border border-line bg-panel p-5" aria-labelledby="door-title">
          <h1 id="door-title" className="mb-3 text-base font-semibold">
            {title}
          </h1>
          {children}
        </section>
        <p className="max-w-sm text-xs text-soft">{modeMeaning(mode)}</p>
      </div>
    </main>
  )
}

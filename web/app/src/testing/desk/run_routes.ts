import type { Access } from './access'
import { guards } from './guards'
import { page } from './page'
import type { Routes } from './routes'
import type { Runs } from './runs'

export function runRoutes(routes: Routes, runs: Runs, access: Access): void {
  const { inside, once } = guards(access)
  routes
    .on(
      'get',
      '/api/strategies',
      inside(() => page(runs.strategies)),
    )
    .on(
      'post',
      '/api/strategies',
      inside(({ body }) => runs.keep(body.name, body.definition)),
      201,
    )
    .on(
      'get',
      '/api/runs',
      inside(() => page(runs.all)),
    )
    .on(
      'post',
      '/api/strategies/{id}/runs',
      once(({ id, body }) => runs.start(Number(id), body)),
      201,
    )
    .on(
      'post',
      '/api/runs/{id}/pause',
      inside(({ id }) => runs.change(runs.get(Number(id)), { state: 'paused' })),
    )
    .on(
      'post',
      '/api/runs/{id}/resume',
      inside(({ id }) => runs.change(runs.get(Number(id)), { state: 'running' })),
    )
    .on(
      'post',
      '/api/runs/{id}/stop',
      once(({ id, body }) => runs.stop(runs.get(Number(id)), body.squareOff ?? false)),
    )
}

import { StrictMode } from 'react'
import { createRoot } from 'react-dom/client'
import { RouterProvider } from 'react-router'
import { begin } from '@/app/begin'
import { makeCache, Providers } from '@/app/providers'
import { makeRouter } from '@/app/router'
import '@/app/style.css'
import { startTheme } from '@/ui/theme'

startTheme()
void begin()
const root = document.getElementById('root')
if (root) {
  createRoot(root).render(
    <StrictMode>
      <Providers cache={makeCache()}>
        <RouterProvider router={makeRouter()} />
      </Providers>
    </StrictMode>,
  )
}

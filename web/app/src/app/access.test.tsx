import { screen, waitFor, within } from '@testing-library/react'
import { expect, test } from 'vitest'
import { session } from '@/api/session'
import { FakeSocket } from '@/testing/fake_socket'
import { openDesk, openPage } from '@/testing/open_page'

test('in demo mode the user is shown loudly, filled in, and one press logs in', async () => {
  const { user } = openPage()
  expect(await screen.findByText('DEMO: anyone can log in here')).toBeVisible()
  expect(screen.getByLabelText('Name')).toHaveValue('demo')
  await user.click(screen.getByRole('button', { name: 'Log in' }))
  expect(await screen.findByRole('button', { name: 'Panic' })).toBeEnabled()
  expect(document.title).toBe('PAPER · SBIN · Sauda')
})

test('a wrong password is refused in words and the page stays', async () => {
  const { user } = openPage((desk) => {
    desk.access.demo = false
  })
  await user.type(await screen.findByLabelText('Name'), 'demo')
  await user.type(screen.getByLabelText('Password'), 'wrong')
  await user.click(screen.getByRole('button', { name: 'Log in' }))
  expect(await screen.findByRole('alert')).toHaveTextContent('the name or the password is wrong')
})

test('a second factor is asked for only when there is one, and a wrong code is told at its field', async () => {
  const { user } = openPage((desk) => {
    desk.access.totp = '123456'
  })
  const logIn = await screen.findByRole('button', { name: 'Log in' })
  expect(screen.queryByLabelText(/authenticator/)).toBeNull()
  await user.click(logIn)
  const code = await screen.findByLabelText('Code of your authenticator app')
  await user.type(code, '000000{Enter}')
  await waitFor(() => expect(code).toHaveAccessibleDescription(/the code is wrong/))
  await user.clear(code)
  await user.type(code, '123 456{Enter}')
  expect(await screen.findByRole('button', { name: 'Panic' })).toBeVisible()
})

test('on the first run the set-up token makes the admin', async () => {
  const { user, desk } = openPage((fresh) => {
    fresh.access.setupNeeded = true
  })
  const token = await screen.findByLabelText('Set-up token')
  await user.type(token, 'guess')
  await user.type(screen.getByLabelText('Name'), 'asha')
  await user.type(screen.getByLabelText('Password'), 'long enough 1')
  await user.type(screen.getByLabelText('Password again'), 'long enough 1')
  await user.click(screen.getByRole('button', { name: /Make the admin/ }))
  await waitFor(() => expect(token).toHaveAccessibleDescription(/copy it from the console/))
  await user.clear(token)
  await user.type(token, 'SETUP-TOKEN')
  await user.click(screen.getByRole('button', { name: /Make the admin/ }))
  expect(await screen.findByRole('button', { name: 'Panic' })).toBeVisible()
  expect(desk.access.user.name).toBe('asha')
})

test('an expired token is renewed once for all calls, and they are sent again', async () => {
  const { desk, cache } = await openDesk()
  const before = desk.access.refreshes
  desk.access.expire()
  await Promise.all([
    cache.refetchQueries({ queryKey: ['orders'] }),
    cache.refetchQueries({ queryKey: ['pnl'] }),
    cache.refetchQueries({ queryKey: ['config'] }),
  ])
  expect(desk.access.refreshes).toBe(before + 1)
  expect(cache.getQueryState(['pnl'])?.error).toBeNull()
  expect(session.get().state).toBe('in')
})

test('a session that is over leads to the log-in, which says why, and back to the same place', async () => {
  const { desk, cache, user } = await openDesk(() => {}, '/?instrument=NSE%3AITC-EQ')
  desk.access.logOut()
  await cache.refetchQueries({ queryKey: ['pnl'] })
  expect(await screen.findByText('your session has ended; log in again')).toBeVisible()
  await user.click(await screen.findByRole('button', { name: 'Log in' }))
  const ticket = await screen.findByRole('form', { name: 'Order ticket' })
  expect(within(ticket).getByRole('heading', { name: 'ITC' })).toBeVisible()
})

test('a session ended from elsewhere closes the socket and says so', async () => {
  const { desk } = await openDesk()
  desk.access.logOut()
  desk.streams.end('revoked')
  expect(await screen.findByText('this session was ended from elsewhere; log in again')).toBeVisible()
  expect(FakeSocket.last.readyState).toBe(FakeSocket.CLOSED)
})

test('a server that is not there yet is waited for, in words', async () => {
  const { desk } = openPage((fresh) => {
    fresh.access.cookie = true
    fresh.broken = 'POST /api/auth/refresh'
  })
  expect(await screen.findByText(/Trying again: the server answered 503/)).toBeVisible()
  desk.broken = null
  expect(await screen.findByRole('button', { name: 'Panic' })).toBeVisible()
})

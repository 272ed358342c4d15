import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { go, head, openFallenCell } from './fallen-cell.ts';

describe('the heartbeat', () => {
  beforeEach(() => void vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] }));
  afterEach(() => void vi.useRealTimers());

  test('forgives a cell that answers late because a guest ran meanwhile', async () => {
    const { cell, say, start, reasons } = await openFallenCell();
    const { id, instance } = await start();
    vi.advanceTimersByTime(2_000);
    instance.callAll([go]);
    vi.advanceTimersByTime(2_000);
    say('returned', id, 1, 1);
    say('pong', 0, 0);
    expect(reasons).toEqual([]);
    cell.kill('the test is over');
  });

  test('ends a cell that does not answer and has nothing to do', async () => {
    const { start, reasons } = await openFallenCell();
    await start();
    vi.advanceTimersByTime(8_000);
    expect(reasons).toEqual(['it is stuck']);
  });

  test('has patience with a cell that starts, and ends one that does not', async () => {
    const { order, reasons } = await openFallenCell({ isReady: false });
    const { started } = await order();
    vi.advanceTimersByTime(30_000);
    expect(reasons).toEqual([]);
    vi.advanceTimersByTime(2_000);
    expect(reasons).toEqual(['it did not start']);
    await expect(started).rejects.toMatchObject({ code: 'CELL_LOST' });
  });

  test('ends a cell that sends half a message', async () => {
    const { sayBytes, start, reasons } = await openFallenCell();
    await start();
    sayBytes(head(1_000, 35).subarray(0, 9));
    vi.advanceTimersByTime(8_000);
    expect(reasons).toEqual(['it is stuck']);
  });

  test('ends a cell that answers and enters no guest', async () => {
    const { start, reasons, beat, say } = await openFallenCell();
    const { id, instance } = await start();
    const { instance: waiting } = await start();
    // The first call of a cell without work counts as entered.
    const [first] = instance.callAll([go]);
    const [never] = waiting.callAll([go]);
    say('returned', id, 1, 1);
    expect(await first).toMatchObject({ outcome: 'returned' });
    await beat(5);
    expect(await never).toMatchObject({
      outcome: 'failed',
      error: { code: 'CELL_LOST', details: { entered: false } },
    });
    expect(reasons).toEqual(['it does not begin what it was given']);
  });

  test('ends a cell that answers and does not begin to instantiate', async () => {
    const { order, reasons, beat } = await openFallenCell();
    const { started } = await order();
    await beat(4);
    await expect(started).rejects.toMatchObject({ code: 'CELL_LOST' });
    expect(reasons).toEqual(['it does not begin what it was given']);
  });

  test('ends a cell that keeps one guest busy and another waiting', async () => {
    const { say, start, reasons, beat } = await openFallenCell();
    const favourite = await start();
    const { instance: starved } = await start();
    favourite.instance.callAll([go]);
    const [never] = starved.callAll([go]);
    say('returned', favourite.id, 1, 1);
    for (let call = 2; call < 40 && reasons.length === 0; call += 1) {
      favourite.instance.callAll([go]);
      say('entered', favourite.id, call);
      say('returned', favourite.id, call, 1);
      await beat(1);
    }
    expect(await never).toMatchObject({ outcome: 'failed', error: { code: 'CELL_LOST' } });
    expect(reasons).toEqual(['it kept a guest waiting for too long']);
  });

  test('leaves a cell alone that answers and has nothing to do', async () => {
    const { cell, start, reasons, beat } = await openFallenCell();
    await start();
    await beat(40);
    expect(reasons).toEqual([]);
    cell.kill('the test is over');
  });
});

import { openDatabase } from '../../src/store/database.ts';
import { insertPair } from './pair-rows.ts';

/** Commits pairs of rows, a few transactions under way at once, counting up from a number, and tells each commit that was acknowledged. */
const [, , file = '', from] = process.argv;
const database = await openDatabase(file);
let next = Number(from);

async function commit(): Promise<never> {
  for (;;) {
    const number = next;
    next += 1;
    await database.transact(insertPair(number));
    process.stdout.write(`${number}\n`);
  }
}

await Promise.all([commit(), commit(), commit()]);

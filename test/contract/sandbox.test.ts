import { isolations } from '../../src/config/document.ts';
import { testCells } from './sandbox-contract.ts';

for (const isolation of isolations) testCells(isolation);

/**
 * How far a cell gives way to its host where both want the processor, of 19: what a guest may burn is its own time. With two cells busy on two
 * cores, and 3 here, the host still waited for a tick of the scheduler, 4 ms; from 5 on it did not [measured]. More would only take from plugins
 * what other programs of the machine then get: 5 is a third of a share, 10 a tenth.
 */
export const niceness = 5;

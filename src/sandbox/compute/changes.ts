import { armIdKey, segmentOf } from '../../core/armId.ts';
import { WorldChangeError } from '../world/changes.ts';
import type { Estate } from './estate.ts';

/** What people do to locks and what the network does to copies, for rehearsals. Each throws a WorldChangeError where it cannot be. */
export class EstateChanges {
  readonly #estate: Estate;

  constructor(estate: Estate) {
    this.#estate = estate;
  }

  /**
   * Whether copies of a disk get to another region. It is settled when a copy begins: one that is under way goes on.
   * @param name of a disk that a machine holds
   */
  setCopies(name: string, arrive: boolean): void {
    const { world, uncopyable } = this.#estate;
    world.now();
    const attached = world.subscriptions.flatMap(({ subscriptionId }) => this.#estate.attachedDisks(subscriptionId));
    const held = attached.find(({ disk }) => disk.name.toLowerCase() === name.toLowerCase());
    if (held === undefined) {
      throw new WorldChangeError(`No virtual machine has a disk ${JSON.stringify(name)}. Its machine, or az disk list, tells its name.`);
    }
    if (arrive) {
      uncopyable.delete(held.disk.name);
    } else {
      uncopyable.add(held.disk.name);
    }
  }

  /** What was locked can be deleted from now on. @param group its name, or its id in any spelling */
  removeLock(group: string): void {
    const { locks } = this.#estate;
    const wanted = group.toLowerCase();
    const found = group.includes('/')
      ? locks.filter((scope) => armIdKey(scope) === armIdKey(group))
      : locks.filter((scope) => segmentOf(scope, 'resourceGroups')?.toLowerCase() === wanted);
    const [lock, other] = found;
    if (lock === undefined) {
      throw new WorldChangeError(`There is no lock on ${JSON.stringify(group)}; there is one on ${locks.join(', ') || 'nothing'}.`);
    }
    if (other !== undefined) {
      throw new WorldChangeError(`Several locked groups are called ${JSON.stringify(group)}; give an id: ${found.join(', ')}.`);
    }
    locks.splice(locks.indexOf(lock), 1);
  }
}

/** What can be done with VM restore points, in the order of the documentation. */
import type { AnyAction } from '../action.ts';
import { copyCollection, copyRestorePoint } from './actions/copyPoints.ts';
import { createCollection } from './actions/createCollection.ts';
import { addRestorePoint, createRestorePoint } from './actions/createPoints.ts';
import { deleteCollection, deleteRestorePoint } from './actions/deletions.ts';
import { getDiskLink, revokeDiskLink } from './actions/diskLinks.ts';
import { editCollectionTags } from './actions/editTags.ts';
import { restoreDisks } from './actions/restoreDisks.ts';

export const restorePointActions: readonly AnyAction[] = [
  createRestorePoint,
  createCollection,
  addRestorePoint,
  copyRestorePoint,
  copyCollection,
  restoreDisks,
  getDiskLink,
  revokeDiskLink,
  editCollectionTags,
  deleteRestorePoint,
  deleteCollection,
];

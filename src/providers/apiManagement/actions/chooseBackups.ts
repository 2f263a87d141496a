import { serviceStates, targetKinds } from '../../tokens.ts';
import type { RememberAction } from '../../action.ts';
import { placeIn } from '../answers.ts';
import type { ApiService } from '../model.ts';
import { placeJson, placeKey } from '../place.ts';
import { placeQuestions } from '../questions.ts';
import { serviceTarget } from './transfer.ts';

export const chooseBackups: RememberAction<ApiService> = {
  does: 'remember',
  id: 'chooseBackups',
  title: 'Choose Container of Backups',
  summary:
    'Chooses the container whose backups are listed below an API Management service; the last one that was backed up into is remembered.',
  nothing: 'There is no API Management service here that has backups: Developer, Basic, Standard and Premium do.',
  system: 'apiManagement',
  targetKind: targetKinds.apiManagementService,
  when: { all: [serviceStates.canBackUp] },
  many: false,
  group: '2_look@1',
  questions: placeQuestions,
  describe: serviceTarget,
  async remember(context, target, answers) {
    const { place } = await placeIn(context, target, target.id, answers);
    return { key: placeKey(context.arm.environment.resourceManagerEndpoint, target.id), value: placeJson(place) };
  },
};

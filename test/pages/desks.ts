/** Desks as the operator and who sits there see them: what there is to look at, and a journey through it. */
import assert from 'node:assert/strict';
import { bulletinOf, sitAtDesks } from '../security/desks-world.ts';
import type { TestService } from '../service.ts';
import type { Journey } from './journeys.ts';
import { enter, press, signIn } from './visitor.ts';

interface Address {
  name: string;
  role: 'staff';
  address: string;
}

/** Two desks with all that they have. @returns what there is to look at */
export async function seatDesks(service: TestService): Promise<Address[]> {
  const owned = new Map<string, string>();
  const bulletin = await sitAtDesks(service, (_party, kind, id) => {
    if (!owned.has(kind)) owned.set(kind, id);
  });
  await service.call(service.staff.key, 'POST', '/v1/bulletin-subscriptions', bulletinOf(2));
  const desk = `/desks/${owned.get('desk')}`;
  return [
    { name: 'desks', role: 'staff', address: '/desks' },
    { name: 'desk', role: 'staff', address: desk },
    { name: 'client of a desk', role: 'staff', address: `${desk}/clients/${owned.get('desk_client')}` },
    { name: 'imports', role: 'staff', address: `${desk}/imports` },
    { name: 'import', role: 'staff', address: `${desk}/imports/${owned.get('desk_import')}` },
    { name: 'bulletins', role: 'staff', address: '/bulletins' },
    { name: 'bulletin', role: 'staff', address: `/bulletins/${bulletin}` },
    { name: 'plans', role: 'staff', address: '/plans' },
  ];
}

const LIST = 'name,phone\nHarbour Optics,1\nHarbour Optics Ltd,2\n=1+1,3\n';

export const DESK_JOURNEYS: readonly Journey[] = [
  {
    name: 'makes a desk, takes a client along, and brings a list in and out again',
    role: 'staff',
    async walk(visitor, { newPerson }) {
      const { page, words, go } = visitor;
      await signIn(visitor, await newPerson('staff'));
      await enter(visitor, 'nav.desks');
      await page.locator('input[name=name]').fill('Harbour');
      await page.locator('input[name=region]').fill('nowhere');
      await press(visitor, 'desk.make');
      await page.locator('#region-fault').waitFor();
      assert.equal(await page.locator('input[name=name]').inputValue(), 'Harbour', 'what was typed is kept');
      await page.locator('input[name=region]').fill('CN-LN');
      await press(visitor, 'desk.make');
      await page.waitForURL(/\/desks\/dsk_/);
      const desk = new URL(page.url()).pathname;
      await page.locator('form.send input[name=name]').fill('Dalian Cranes');
      await press(visitor, 'desk.add_client');
      await page.getByRole('link', { name: 'Dalian Cranes' }).click();
      await page.locator('select[name=to]').selectOption('contacted');
      await press(visitor, 'desk.move');
      const moved = { from: words.say('pipeline.lead'), to: words.say('pipeline.contacted') };
      await page.getByText(words.say('desk.entry_moved', moved)).first().waitFor();
      await go(`${desk}/imports`);
      const large = { name: 'large.csv', mimeType: 'text/csv', buffer: Buffer.alloc(6 * 2 ** 20, 'x') };
      await page.locator('input[name=name_column]').fill('name');
      await page.locator('input[type=file]').setInputFiles(large);
      await press(visitor, 'import.preview');
      await page
        .locator('.field', { has: page.locator('#file') })
        .locator('.fault')
        .getByText(words.say('said.form_too_large', { size: 4 }))
        .waitFor();
      if (visitor.scripts)
        assert.equal(await page.locator('input[name=name_column]').inputValue(), 'name', 'it is kept');
      const file = { name: 'list.csv', mimeType: 'text/csv', buffer: Buffer.from(LIST) };
      await page.locator('input[type=file]').setInputFiles(file);
      await press(visitor, 'import.preview');
      await page.waitForURL(/\/imports\/imp_/);
      await page
        .getByText(words.say('import.reason_same_name', { about: 'Harbour Optics' }), { exact: true })
        .waitFor();
      await page.getByText(words.say('import.reason_formula', { about: '=1+1' }), { exact: true }).waitFor();
      await press(visitor, 'import.commit');
      await page.getByRole('link', { name: 'Harbour Optics' }).waitFor();
      await press(visitor, 'import.undo');
      await page.getByText(words.say('import_state.undone')).first().waitFor();
      await go(desk);
      assert.equal(await page.getByRole('link', { name: 'Harbour Optics' }).count(), 0);
    },
  },
];

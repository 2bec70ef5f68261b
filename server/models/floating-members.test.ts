import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { loadFloatingMembers } from './floating-members.ts';
import { loadServiceModels } from './service-model.ts';
import type { Shape, StructureShape } from './shapes.ts';

/** Every structure that a shape leads to, by name. */
function structuresIn(shape: Shape, found = new Map<string, StructureShape>()): Map<string, StructureShape> {
  if (shape.type === 'list') structuresIn(shape.member.shape, found);
  if (shape.type === 'map') structuresIn(shape.value.shape, found);
  if ((shape.type === 'structure' || shape.type === 'union') && !found.has(shape.name)) {
    found.set(shape.name, shape);
    for (const member of shape.members) structuresIn(member.shape, found);
  }
  return found;
}

const numberIn = (shape: Shape): Shape =>
  shape.type === 'list' ? numberIn(shape.member.shape) : shape.type === 'map' ? numberIn(shape.value.shape) : shape;

describe('floating-point members', () => {
  it('are those of the structures of the same name in the SDK', async () => {
    let seen = 0;
    for (const { service, operations } of await loadServiceModels()) {
      const structures = new Map<string, StructureShape>();
      for (const { output } of operations.values()) structuresIn(output, structures);
      for (const [name, members] of Object.entries(loadFloatingMembers(service))) {
        // The SDK may be some weeks older than the model that the facts are from.
        const structure = structures.get(name);
        for (const member of structure?.members ?? []) {
          const shape = numberIn(member.shape);
          if (shape.type !== 'number') continue;
          assert.equal(shape.floating, members!.includes(member.name), `${service.id} ${name} ${member.name}`);
          if (shape.floating) seen++;
        }
      }
    }
    assert.ok(seen > 50, `only ${seen} members`);
  });
});

import { NormalizedSchema } from '@smithy/core/schema';
import { loadFloatingMembers } from './floating-members.ts';
import { type Service, services } from './services.ts';
import { type FloatingMembers, type Shape, type StructureShape, shapeOf } from './shapes.ts';

/** One operation as the wire knows it. */
export interface OperationModel {
  readonly name: string;
  readonly service: Service;
  /** Structures, or `unit` where there is nothing. */
  readonly input: Shape;
  readonly output: Shape;
  /** REST protocols: method, path template, status of success. */
  readonly http?: { readonly method: string; readonly template: string; readonly status: number };
  /** The input has a blob that is streamed, not held in memory. */
  readonly streamsInput: boolean;
}

export interface ServiceModel {
  readonly service: Service;
  readonly operations: ReadonlyMap<string, OperationModel>;
  /** Error structures by name, as on the wire. */
  readonly errors: ReadonlyMap<string, StructureShape>;
}

type OperationSchema = [9, string, string, 0 | Record<string, unknown>, unknown, unknown];

const isOperation = (value: unknown): value is OperationSchema => Array.isArray(value) && value[0] === 9;
const isErrorSchema = (value: unknown): boolean => Array.isArray(value) && value[0] === -3;

/** Reads the SDK's schemas of one service. */
export async function loadServiceModel(service: Service): Promise<ServiceModel> {
  const exported = Object.values(await service.loadSchemas()) as unknown[];
  const floats = loadFloatingMembers(service);
  const operations = new Map<string, OperationModel>();
  const errors = new Map<string, StructureShape>();
  for (const schema of exported) {
    if (isOperation(schema)) {
      operations.set(schema[2], operationModel(service, schema, floats));
    } else if (isErrorSchema(schema)) {
      const shape = shapeOf(NormalizedSchema.of(schema as never), floats) as StructureShape;
      errors.set(shape.name, shape);
    }
  }
  return { service, operations, errors };
}

export const loadServiceModels = (): Promise<ServiceModel[]> => Promise.all(services.map(loadServiceModel));

function operationModel(service: Service, schema: OperationSchema, floats: FloatingMembers): OperationModel {
  const [, , name, traits, inputSchema, outputSchema] = schema;
  const http = traits ? (traits.http as [string, string, number] | undefined) : undefined;
  const input = shapeOf(NormalizedSchema.of(inputSchema as never), floats);
  return {
    name,
    service,
    input,
    output: shapeOf(NormalizedSchema.of(outputSchema as never), floats),
    http: http && { method: http[0], template: http[1], status: http[2] },
    streamsInput:
      input.type === 'structure' &&
      input.members.some(
        ({ traits, shape }) => traits.httpPayload && shape.type === 'blob' && shape.streaming === true,
      ),
  };
}

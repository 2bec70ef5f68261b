import type {
  CreateTrainingJobCommandInput,
  CreateTrainingJobCommandOutput,
  DeleteTrainingJobCommandInput,
  DeleteTrainingJobCommandOutput,
  DescribeTrainingJobCommandInput,
  DescribeTrainingJobCommandOutput,
  ListTrainingJobsCommandInput,
  ListTrainingJobsCommandOutput,
  StopTrainingJobCommandInput,
  StopTrainingJobCommandOutput,
  UpdateTrainingJobCommandInput,
  UpdateTrainingJobCommandOutput,
} from '@aws-sdk/client-sagemaker';
import type { Operation, Operations } from '../../../operations.ts';
import type { Platform } from '../../../platform.ts';
import type { Tag } from '../../../resources/resource-store.ts';
import { callerOfRole } from '../execution-role.ts';
import { listOutput, listQuery } from '../listing.ts';
import { onResource } from '../permissions.ts';
import { notSupported, refuse } from '../unsupported.ts';
import { clusterOf } from './cluster.ts';
import { checkInputData } from './data-access.ts';
import { withDefaults } from './defaults.ts';
import { description, summary } from './description.ts';
import { cannotAssumeRole, trainingJobInUse, wrongStatus } from './errors.ts';
import { toCreateTrainingJob } from './permissions.ts';
import { checkRequest } from './request-rules.ts';
import { isFinal, type TrainingJob, trainingJobs } from './resource.ts';
import { stagesOf } from './stages.ts';

export function trainingJobOperations({ resources, identity, objects, compute }: Platform): Operations {
  const CreateTrainingJob: Operation<CreateTrainingJobCommandInput, CreateTrainingJobCommandOutput> = {
    permissions: toCreateTrainingJob,
    async handle({ Tags: tags, ...request }, context) {
      checkRequest(request);
      compute.check(request.AlgorithmSpecification!.TrainingImage!, clusterOf(request.ResourceConfig!));
      const made = `training-job/${request.TrainingJobName}`;
      const caller = await callerOfRole(identity, context, made, request.RoleArn!, cannotAssumeRole);
      const viewer = { objects, identity, caller, region: context.region };
      await checkInputData(viewer, request.RoleArn!, request.InputDataConfig ?? []);
      const job = newTrainingJob(request, context.now);
      const options = { tags: tags as Tag[] | undefined, now: context.now };
      const { arn } = await resources.create(trainingJobs, context, request.TrainingJobName!, job, options);
      return { TrainingJobArn: arn };
    },
  };

  const DescribeTrainingJob: Operation<DescribeTrainingJobCommandInput, DescribeTrainingJobCommandOutput> = {
    permissions: (input, context) => [onResource(context, 'training-job', input.TrainingJobName)],
    async handle(input, context) {
      const job = await resources.get(trainingJobs, context, input.TrainingJobName!);
      // The model calls ModelArtifacts required, yet AWS leaves it out until there are some.
      return description(job) as DescribeTrainingJobCommandOutput;
    },
  };

  const ListTrainingJobs: Operation<ListTrainingJobsCommandInput, ListTrainingJobsCommandOutput> = {
    async handle(input, context) {
      // No job here has a warm pool or a training plan, so that no job passes these filters.
      if (input.WarmPoolStatusEquals || input.TrainingPlanArnEquals) return { TrainingJobSummaries: [] };
      return listOutput(await resources.list(trainingJobs, context, listQuery(input)), 'TrainingJobSummaries', summary);
    },
  };

  const StopTrainingJob: Operation<StopTrainingJobCommandInput, StopTrainingJobCommandOutput> = {
    permissions: (input, context) => [onResource(context, 'training-job', input.TrainingJobName)],
    async handle(input, context) {
      await resources.update(
        trainingJobs,
        context,
        input.TrainingJobName!,
        (job, { createdAt }) => stopping(job, createdAt, context.now),
        { now: context.now },
      );
      return {};
    },
  };

  const UpdateTrainingJob: Operation<UpdateTrainingJobCommandInput, UpdateTrainingJobCommandOutput> = {
    permissions: (input, context) => [onResource(context, 'training-job', input.TrainingJobName)],
    async handle(input, context) {
      refuse(input, { ProfilerRuleConfigurations: 'Leave them out: rules are not evaluated.' });
      if (input.RemoteDebugConfig?.EnableRemoteDebug) throw notSupported('RemoteDebugConfig', 'Leave it out.');
      const { arn } = await resources.update(
        trainingJobs,
        context,
        input.TrainingJobName!,
        (job) => updated(job, input),
        { now: context.now },
      );
      return { TrainingJobArn: arn };
    },
  };

  const DeleteTrainingJob: Operation<DeleteTrainingJobCommandInput, DeleteTrainingJobCommandOutput> = {
    permissions: (input, context) => [onResource(context, 'training-job', input.TrainingJobName)],
    async handle(input, context) {
      await resources.update(
        trainingJobs,
        context,
        input.TrainingJobName!,
        (job): TrainingJob => {
          if (!isFinal(job)) throw trainingJobInUse(job.status);
          return { ...job, status: 'Deleting' };
        },
        { now: context.now },
      );
      return {};
    },
  };

  return {
    CreateTrainingJob,
    DescribeTrainingJob,
    ListTrainingJobs,
    StopTrainingJob,
    UpdateTrainingJob,
    DeleteTrainingJob,
  };
}

function newTrainingJob(request: TrainingJob['request'], now: Date): TrainingJob {
  const job: TrainingJob = {
    request: withDefaults(request),
    status: 'InProgress',
    transitions: [],
    attempt: 0,
  };
  return { ...job, transitions: stagesOf(job, now, []) };
}

/** Recorded here and shown at once; the controller passes it on to what runs. */
function stopping(job: TrainingJob, createdAt: Date, now: Date): TrainingJob {
  if (job.status !== 'InProgress') throw wrongStatus(job.status);
  const at = now.toISOString();
  const last = job.transitions.at(-1);
  const earlier = job.transitions.slice(0, -1);
  return {
    ...job,
    status: 'Stopping',
    stopRequestedAt: at,
    transitions: [
      ...earlier,
      { ...(last ?? stagesOf(job, createdAt, [])[0]!), endedAt: at },
      { status: 'Stopping', startedAt: at, message: 'Stopping the training job' },
    ],
  };
}

function updated(job: TrainingJob, input: UpdateTrainingJobCommandInput): TrainingJob {
  if (job.status !== 'InProgress') throw wrongStatus(job.status);
  const { ProfilerConfig: profiler, ResourceConfig: resources } = input;
  return {
    ...job,
    request: {
      ...job.request,
      ...(profiler && { ProfilerConfig: { ...job.request.ProfilerConfig, ...profiler } }),
      ...(resources && { ResourceConfig: { ...job.request.ResourceConfig!, ...resources } }),
    },
  };
}

import { ServiceError } from '../../../errors.ts';

const incompatible = (constraint: string) =>
  new ServiceError(
    'IllegalLocationConstraintException',
    `The ${constraint} location constraint is incompatible for the region specific endpoint this request was sent to.`,
  );

/** The region for a new bucket: only requests to us-east-1 may name another region than their own. */
export const regionFor = (
  configuration: { readonly LocationConstraint?: string } | undefined,
  region: string,
): string => {
  const asked = configuration?.LocationConstraint;
  if (!asked) {
    if (region !== 'us-east-1') throw incompatible('unspecified');
    return region;
  }
  const named = asked === 'EU' ? 'eu-west-1' : asked;
  if (named === 'us-east-1' || !/^[a-z]{2}(-[a-z]+)+-\d$/.test(named)) {
    throw new ServiceError('InvalidLocationConstraint', 'The specified location-constraint is not valid', {
      members: { LocationConstraint: asked },
    });
  }
  if (region !== 'us-east-1' && named !== region) throw incompatible(asked);
  return named;
};

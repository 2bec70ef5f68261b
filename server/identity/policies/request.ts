/** Who asks, as policies name principals. */
export interface PrincipalFacts {
  readonly accountId: string;
  /** Of the caller itself; for a role's session the session's ARN. */
  readonly arn: string;
  readonly roleArn?: string;
  /** Set when an AWS service asks: `sagemaker.amazonaws.com`. */
  readonly service?: string;
  readonly isRoot: boolean;
  readonly isAnonymous?: boolean;
}

export type ContextValue = string | readonly string[] | undefined;

/** One question to policies. */
export interface PolicyRequest {
  /** In lower case: actions know no case. */
  readonly action: string;
  readonly resource: string;
  readonly principal: PrincipalFacts;
  /** The value of a condition key, whose name is in lower case. */
  value(key: string): ContextValue;
}

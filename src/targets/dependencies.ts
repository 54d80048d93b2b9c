import type { GitHub } from "../github/api.ts";
import type { Inputs } from "../inputs/inputs.ts";
import type { Dependencies } from "../state/context.ts";

/** What many targets need: the same as one, except that each has a connection and saved state of its own. */
export interface ManyDependencies extends Omit<Dependencies, "github" | "savePostState" | "position"> {
  /** Entries of one repository share what this returns. */
  openGitHub(inputs: Inputs): GitHub;
  /** The page of the caller's run. */
  callersRunUrl: string;
  /** `position` is the entry's, from 0; undefined: the state of the step itself. */
  savePostState(postState: string, position?: number): void;
}

/**
 * One upload, as upload-artifact asks its library for it: it deletes by the input `name` if told to overwrite. Run where the
 * library is installed; the argument is what to upload, as JSON.
 */
import { DefaultArtifactClient } from "@actions/artifact";

const { name, files, root, overwrite, ...options } = JSON.parse(process.argv[2]);
const client = new DefaultArtifactClient();
try {
  // What upload-artifact does not tell of, either.
  if (overwrite) await client.deleteArtifact(name).catch(() => undefined);
  const uploaded = await client.uploadArtifact(name, files, root, options);
  process.stdout.write(`\nUPLOADED ${JSON.stringify(uploaded)}\n`);
} catch (error) {
  process.stdout.write(`\nREFUSED ${JSON.stringify(`${error.name}: ${error.message}`)}\n`);
}

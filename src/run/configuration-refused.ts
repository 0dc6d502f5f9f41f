/** A core cannot run under the configuration it was given; with another it may. */
export class ConfigurationRefused extends Error {
  readonly code = 'CONFIGURATION_REFUSED';
  override readonly name = 'ConfigurationRefused';
}

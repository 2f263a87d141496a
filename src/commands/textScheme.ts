/** Scheme of the read-only documents of texts that are made for one look. */
export const textScheme = 'azurebackup-text';

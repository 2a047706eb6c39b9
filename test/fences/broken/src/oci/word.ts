export type Word = 'oci';

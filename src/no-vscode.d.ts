/** Only src/vscode may import the module `vscode`; every other layer resolves it to this file. */
export declare const onlyTheVscodeLayerMayImportVscode: never;

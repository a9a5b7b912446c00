// LibraryApp MODEL PROMPT TOKENS: references only the library, which depends on LlamaNative and its backend.
using System.Text;
using StoryLibrary;

Console.OutputEncoding = new UTF8Encoding(false);
using var storyteller = new Storyteller(args[0]);
Console.Out.Write(storyteller.Tell(args[1], int.Parse(args[2], null)));
